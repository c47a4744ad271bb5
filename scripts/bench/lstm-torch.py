"""PyTorch as a side of bench/train/lstm.ts, on one thread.

Usage: python3 scripts/bench/lstm-torch.py FOLDER WINDOWS
FOLDER holds windows.f32 (windows x 30 x 14), targets.f32 and weights.f32 (in Keras' order: kernel,
recurrent kernel and bias a layer, gates i f c o) as little-endian 32-bit floats. Prints
{"version": ...} as JSON, then for each line "train TURN" of standard input
{"cpu_seconds": ..., "wall_seconds": ..., "loss": mean squared error after an epoch}.
"""

import json
import re
import sys
import time

import numpy
import torch

torch.set_num_threads(1)
folder, count = sys.argv[1], int(sys.argv[2])
STEPS, INPUTS, UNITS, HIDDEN, BATCH = 30, 14, (64, 32), 16, 32


def read(name):
    return torch.from_numpy(numpy.fromfile(f"{folder}/{name}.f32", dtype="<f4"))


windows = read("windows").reshape(count, STEPS, INPUTS)
targets = read("targets").reshape(count, 1)
weights = read("weights")


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.LSTM(INPUTS, UNITS[0], batch_first=True)
        self.second = torch.nn.LSTM(UNITS[0], UNITS[1], batch_first=True)
        self.dropout = torch.nn.Dropout(0.2)
        self.hidden = torch.nn.Linear(UNITS[1], HIDDEN)
        self.output = torch.nn.Linear(HIDDEN, 1)

    def forward(self, values):
        values, _ = self.first(values)
        values, _ = self.second(self.dropout(values))
        last = self.dropout(values[:, -1])
        return self.output(torch.relu(self.hidden(last)))


def with_weights(network):
    at = 0

    def take(rows, columns):
        nonlocal at
        at += rows * columns
        return weights[at - rows * columns : at].reshape(rows, columns).t()

    with torch.no_grad():
        for layer, inputs, units in (
            (network.first, INPUTS, UNITS[0]),
            (network.second, UNITS[0], UNITS[1]),
        ):
            layer.weight_ih_l0.copy_(take(inputs, 4 * units))
            layer.weight_hh_l0.copy_(take(units, 4 * units))
            layer.bias_ih_l0.copy_(take(1, 4 * units).flatten())
            # One bias a gate, as everybody else has it.
            layer.bias_hh_l0.zero_()
            layer.bias_hh_l0.requires_grad_(False)
        for layer in (network.hidden, network.output):
            layer.weight.copy_(take(layer.in_features, layer.out_features))
            layer.bias.copy_(take(1, layer.out_features).flatten())
    return network


def train(turn):
    torch.manual_seed(turn)
    wall, cpu = time.perf_counter(), time.process_time()
    network = with_weights(Network())
    learned = [each for each in network.parameters() if each.requires_grad]
    optimizer = torch.optim.Adam(learned, lr=0.001, eps=1e-7)
    for at in range(0, count, BATCH):
        optimizer.zero_grad()
        error = network(windows[at : at + BATCH]) - targets[at : at + BATCH]
        (error**2).mean().backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    network.eval()
    with torch.no_grad():
        loss = float(((network(windows) - targets) ** 2).mean())
    return {"cpu_seconds": cpu, "wall_seconds": wall, "loss": loss}


def blas():
    """The library that multiplies matrices: PyTorch is as fast as it is."""
    with open("/proc/self/maps") as maps:
        files = {line.split("/")[-1].strip() for line in maps if ".so" in line}
    return ", ".join(sorted(name for name in files if re.match(r"lib\w*(blas|mkl_core)", name)))


print(json.dumps({"version": f"{torch.__version__}, {blas()}"}), flush=True)
for line in sys.stdin:
    print(json.dumps(train(int(line.split()[1]))), flush=True)
