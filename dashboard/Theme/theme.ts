import { effect, signal } from '@preact/signals'

export const THEMES = ['light', 'dark', 'system'] as const
export type Theme = (typeof THEMES)[number]

const dark = matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = signal(dark.matches)
dark.addEventListener('change', () => (systemIsDark.value = dark.matches))

const saved = localStorage.getItem('oriel.theme')
/** What was chosen; kept in this browser. */
export const theme = signal<Theme>(THEMES.find((each) => each === saved) ?? 'system')

/** What is seen. */
export const isDark = () => (theme.value === 'system' ? systemIsDark.value : theme.value === 'dark')

effect(() => {
  localStorage.setItem('oriel.theme', theme.value)
  document.documentElement.dataset.theme = theme.value
})
