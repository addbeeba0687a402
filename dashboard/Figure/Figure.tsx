import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import './Figure.css'

/**
 * A labelled number. `marker` is the colour of its line in the chart: `loads`, `interactions` or `errors`; `note` is
 * said below it, small.
 */
export function Figure({
  label,
  value,
  marker,
  note,
}: {
  label: string
  value: string
  marker?: string
  note?: string | undefined
}) {
  return (
    <div class="figure">
      <dt>
        {marker && <i class={`marker ${marker}`} />}
        {label}
      </dt>
      <dd>
        <Fresh value={value} />
      </dd>
      {note && <dd class="note">{note}</dd>}
    </div>
  )
}

export const Figures = ({ children }: { children: ComponentChildren }) => <dl class="figures">{children}</dl>

/** A value that glows for a moment after it has changed. */
export function Fresh({ value }: { value: string }) {
  const last = useRef(value)
  const isFresh = last.current !== value
  useEffect(() => {
    last.current = value
  }, [value])
  // A new key makes a new element, which starts the animation again.
  return (
    <span key={value} class={isFresh ? 'fresh' : ''}>
      {value}
    </span>
  )
}
