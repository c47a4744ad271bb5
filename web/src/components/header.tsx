import { useState } from 'preact/hooks';
import { chooseTheme, chosenTheme, type Theme } from '../theme.ts';
import { VIEWS } from '../views.ts';

const NEXT_THEME = { system: 'light', light: 'dark', dark: 'system' } as const;
const THEME_SIGN = { system: '◐', light: '☀', dark: '☾' } as const;

/** Name, navigation, theme and help. */
export function Header({
  current,
  onHelp,
}: {
  readonly current: string;
  readonly onHelp: () => void;
}) {
  return (
    <header class="page-header">
      <a class="brand" href="#/fleet">
        <img src="/icon.svg" alt="" width="22" height="22" />
        Helios
      </a>
      <nav aria-label="Views">
        {VIEWS.filter(({ inNavigation }) => inNavigation).map(({ id, title }) => (
          <a key={id} href={`#/${id}`} aria-current={id === current ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="page-tools">
        <ThemeSwitch />
        <button
          type="button"
          class="tool"
          onClick={onHelp}
          aria-label="Keyboard help"
          title="Keys (?)"
        >
          ?
        </button>
      </div>
    </header>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const next = NEXT_THEME[theme];
  const label = `Colours: ${theme}. Change to ${next}`;
  const change = () => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" class="tool" onClick={change} aria-label={label} title={label}>
      <span aria-hidden="true">{THEME_SIGN[theme]}</span>
    </button>
  );
}
