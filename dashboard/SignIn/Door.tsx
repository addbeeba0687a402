import type { ComponentChildren } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Logo } from '../Icon/Icon'
import { ThemeSwitch } from '../Theme/ThemeSwitch'
import './SignIn.css'

type Props = {
  title: string
  otherwise: { text: string; label: string; path: string }
  children: ComponentChildren
}

/** What stands around the forms for signing in and up. */
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
      <p>
        {otherwise.text} <a href={otherwise.path + next}>{otherwise.label}</a>
      </p>
      <ThemeSwitch />
    </main>
  )
}
