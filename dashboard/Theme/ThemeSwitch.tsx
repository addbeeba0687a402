import { Icon } from '../Icon/Icon'
import { theme, THEMES } from './theme'
import './ThemeSwitch.css'

const icons = { light: 'sun', dark: 'moon', system: 'screen' } as const

export const ThemeSwitch = () => (
  <fieldset class="themes">
    <legend class="unseen">Theme</legend>
    {THEMES.map((each) => (
      <label key={each} title={`Theme: ${each}`}>
        <input
          class="unseen"
          type="radio"
          name="theme"
          checked={theme.value === each}
          onChange={() => (theme.value = each)}
        />
        <Icon name={icons[each]} />
        <span class="unseen">{each}</span>
      </label>
    ))}
  </fieldset>
)
