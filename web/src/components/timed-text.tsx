import { piecesOf } from '../format/pieces.ts';
import { Time } from './time.tsx';

/** A text of the API with the times in it in the zone of whoever looks. */
export function TimedText({ text }: { readonly text: string }) {
  return (
    <bdi>
      {piecesOf(text).map((piece) =>
        'at' in piece ? <Time key={piece.at} at={piece.at} form="clock" /> : piece.text,
      )}
    </bdi>
  );
}
