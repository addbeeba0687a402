import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Logo } from '../Icon/Icon'
import { ThemeSwitch } from '../Theme/ThemeSwitch'
import './SignIn.css'

type Props = {
  title: string
  /** Where else somebody may have wanted to go. */
  otherwise?: { text: string; label: string; path: string }
  children: ComponentChildren
}

/** What stands around the forms for signing in and up, and what mails lead to. */
export function Door({ title, otherwise, children }: Props) {
  const { query } = useLocation()
  const next = query.next ? `?next=${encodeURIComponent(query.next)}` : ''
  return (
    <main class="door">
      <div class="brand">
        <Logo />
        Oriel
      </div>
      <section class="panel">
        <h1>{title}</h1>
        {children}
      </section>
      {otherwise && (
        <p>
          {otherwise.text} <a href={otherwise.path + next}>{otherwise.label}</a>
        </p>
      )}
      <ThemeSwitch />
    </main>
  )
}
