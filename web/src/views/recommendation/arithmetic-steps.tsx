import type { Recommendation } from '#contracts/http/recommend.ts';
import { TimedText } from '../../components/timed-text.tsx';
import { stepsOf } from './arithmetic.ts';

/** Every step of a decision with its numbers, so that anybody can do it again. */
export function Arithmetic({ recommendation }: { readonly recommendation: Recommendation }) {
  return (
    <ol class="arithmetic">
      {stepsOf(recommendation.explanation ?? []).map(({ what, how }, i) => (
        <li key={i}>
          {what && (
            <span class="arithmetic-what">
              <TimedText text={what} />
            </span>
          )}
          <span class="arithmetic-how">
            <TimedText text={how} />
          </span>
        </li>
      ))}
    </ol>
  );
}
