/** A number to type in, kept as text so that an empty field stays empty. */
export function NumberField({
  label,
  onChange,
  ...input
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly min: string;
  readonly max?: string;
  readonly step: string;
  readonly placeholder?: string;
}) {
  return (
    <label class="form-field">
      {label}
      <input type="number" {...input} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
