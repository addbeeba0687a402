import { useEffect, useRef, useState } from 'preact/hooks'
import { formatBucket, formatExpected, formatNumber } from '../format'
import { isDark } from '../Theme/theme'
import type { Chart, Drawn, Pointed } from './draw-chart'

/** Loads, interactions and errors over time, and the loads to expect. The drawing code comes only when there is something to draw. */
export function UsageChart({ usage, ahead }: Drawn) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | undefined>(undefined)
  const latest = useRef<Drawn>({ usage, ahead })
  const [pointed, setPointed] = useState<Pointed>()
  const [isMissing, setMissing] = useState(false)
  const dark = isDark()
  latest.current = { usage, ahead }

  useEffect(() => {
    let isGone = false
    const element = host.current
    import('./draw-chart').then(
      ({ drawChart }) => {
        if (!isGone && element) chart.current = drawChart(element, latest.current, setPointed)
      },
      () => setMissing(true),
    )
    return () => {
      isGone = true
      chart.current?.remove()
      chart.current = undefined
    }
  }, [dark])
  useEffect(() => chart.current?.show({ usage, ahead }), [usage, ahead])

  // The first that is expected is the bucket that is running, the last of the series.
  const running = usage.series.length - 1
  const point = pointed && usage.series[pointed.index]
  const expected = pointed && ahead[pointed.index - running]
  const step = (by: number) => {
    const last = running + Math.max(0, ahead.length - 1)
    chart.current?.point(Math.max(0, Math.min(last, (pointed?.index ?? running + 1) + by)))
  }
  if (isMissing) return <p class="chart quiet">The chart could not be loaded; the numbers are below.</p>
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      tabIndex={0}
      aria-label="Loads, interactions and errors over time, and the loads to expect. The same numbers are in the table below."
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') step(-1)
        if (key === 'ArrowRight') step(1)
      }}
    >
      {pointed && (point ?? expected) && (
        <div class="tooltip" style={{ left: `${pointed.left}px` }} data-side={pointed.side}>
          <b>
            {formatBucket((point ?? expected)!.at, usage.interval)}
            {pointed.index === running && ', so far'}
          </b>
          {point && (
            <>
              <Value name="loads" label="Loads" of={point.loads} />
              <Value name="interactions" label="Interactions" of={point.interactions} />
              <Value name="errors" label="Errors" of={point.errors} />
            </>
          )}
          {expected && (
            <span>
              <i class="marker loads" /> Loads expected <b>{formatExpected(expected)}</b>
            </span>
          )}
        </div>
      )}
    </div>
  )
}

const Value = ({ name, label, of }: { name: string; label: string; of: number }) => (
  <span>
    <i class={`marker ${name}`} /> {label} <b>{formatNumber(of)}</b>
  </span>
)
