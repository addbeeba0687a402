import type { ComponentChildren } from 'preact'

type Props = { title: string; text: ComponentChildren; children?: ComponentChildren }

/** A page that has only one thing to say. */
export function Notice({ title, text, children }: Props) {
  return (
    <div class="notice">
      <h1>{title}</h1>
      <p>{text}</p>
      <div class="actions">{children}</div>
    </div>
  )
}
