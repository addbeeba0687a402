import type { ComponentChildren } from 'preact'

/** Holds a table that may be wider than the screen, and lets it be scrolled by keys as well. */
export const Scroll = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="scroll" role="group" aria-label={name} tabIndex={0}>
    {children}
  </div>
)
