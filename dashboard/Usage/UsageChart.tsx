import { useEffect, useRef, useState } from 'preact/hooks'
import type { Usage } from '../../schema/wire/api'
import { formatBucket, formatNumber } from '../format'
import { isDark } from '../Theme/theme'
import type { Chart, Pointed } from './draw-chart'

/** Loads, interactions and errors over time. The drawing code comes only when there is something to draw. */
export function UsageChart({ usage }: { usage: Usage }) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<Chart | undefined>(undefined)
  const latest = useRef(usage)
  const [pointed, setPointed] = useState<Pointed>()
  const [isMissing, setMissing] = useState(false)
  const dark = isDark()
  latest.current = usage

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
  useEffect(() => chart.current?.show(usage), [usage])

  const point = pointed && usage.series[pointed.index]
  const step = (by: number) => {
    const last = usage.series.length - 1
    chart.current?.point(Math.max(0, Math.min(last, (pointed?.index ?? last + 1) + by)))
  }
  if (isMissing) return <p class="chart quiet">The chart could not be loaded; the numbers are below.</p>
  return (
    <div
      ref={host}
      class="chart"
      role="img"
      tabIndex={0}
      aria-label="Loads, interactions and errors over time. The same numbers are in the table below."
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') step(-1)
        if (key === 'ArrowRight') step(1)
      }}
    >
      {point && (
        <div class="tooltip" style={{ left: `${pointed.left}px` }} data-side={pointed.side}>
          <b>
            {formatBucket(point.at, usage.interval)}
            {point === usage.series.at(-1) && ', so far'}
          </b>
          <span>
            <i class="marker loads" /> Loads <b>{formatNumber(point.loads)}</b>
          </span>
          <span>
            <i class="marker interactions" /> Interactions <b>{formatNumber(point.interactions)}</b>
          </span>
          <span>
            <i class="marker errors" /> Errors <b>{formatNumber(point.errors)}</b>
          </span>
        </div>
      )}
    </div>
  )
}
