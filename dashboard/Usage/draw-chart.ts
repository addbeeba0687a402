import uPlot from 'uplot'
import type { ForecastPoint } from '../../schema/wire/analytics'
import type { Usage, UsagePoint } from '../../schema/wire/api'
import { formatNumber } from '../format'

/** The bucket under the pointer, and where beside it is room for words; CSS pixels from the chart's left edge. */
export type Pointed = { index: number; left: number; side: 'left' | 'right' } | undefined

/** Usage, and what to expect of its last bucket, which is running, and of those after it. */
export type Drawn = { usage: Usage; ahead: ForecastPoint[] }

export type Chart = {
  show: (drawn: Drawn) => void
  /** Points at a bucket as the mouse would. */
  point: (index: number) => void
  remove: () => void
}

const HEIGHT = 220
/** The columns of the band. */
const [HIGH, LOW] = [5, 6]
/** Few events still need whole numbers on the axis. */
const MIN_TOP = 4

/** Draws usage into the element, in the colours that the style gives there, as wide as the element is. */
export function drawChart(host: HTMLElement, drawn: Drawn, onPoint: (pointed: Pointed) => void): Chart {
  const soft = colour('--soft')
  const line = colour('--line')
  const font = `11px ${getComputedStyle(host).fontFamily}`
  const series = (name: string, dash?: number[]): uPlot.Series => ({
    stroke: colour(`--${name}`),
    width: 2,
    points: { show: false },
    ...(dash && { dash: dash.map((length) => length * devicePixelRatio) }),
  })
  const edge: uPlot.Series = { points: { show: false } }
  const plot = new uPlot(
    {
      width: host.clientWidth,
      height: HEIGHT,
      ms: 1,
      padding: [10, 30, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { y: { range: (_, __, top) => [0, Math.max(MIN_TOP, top * 1.08)] } },
      axes: [
        {
          stroke: soft,
          font,
          size: 26,
          space: 64,
          grid: { show: false },
          ticks: { show: false },
          values: times,
        },
        {
          stroke: soft,
          font,
          size: 44,
          space: 40,
          incrs: [1, 2, 5]
            .flatMap((digit) => Array.from({ length: 9 }, (_, zeros) => digit * 10 ** zeros))
            .sort((a, b) => a - b),
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          values: (_, values) => values.map(formatNumber),
        },
      ],
      // The dashes keep the lines apart for who cannot tell their colours.
      series: [
        {},
        { ...series('loads'), fill: colour('--loads-wash') },
        series('interactions', [6, 3]),
        series('errors', [2, 3]),
        series('loads', [4, 4]),
        edge,
        edge,
      ],
      bands: [{ series: [HIGH, LOW], fill: colour('--loads-wash') }],
      hooks: {
        setCursor: [
          ({ cursor: { idx, left }, over, bbox }) => {
            if (idx == null || left === undefined || left < 0) return onPoint(undefined)
            const side = left > over.clientWidth / 2 ? 'left' : 'right'
            onPoint({ index: idx, left: left + bbox.left / devicePixelRatio, side })
          },
        ],
      },
    },
    columns(drawn),
    host,
  )
  const observer = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT }))
  observer.observe(host)

  return {
    show: (drawn) => plot.setData(columns(drawn)),
    point: (index) => plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, 'x'), top: 0 }),
    remove: () => {
      observer.disconnect()
      plot.destroy()
    },
  }

  /** A canvas knows no custom properties, so an element has to say what they come to. */
  function colour(property: string) {
    host.style.color = `var(${property})`
    const { color } = getComputedStyle(host)
    host.style.color = ''
    return color
  }
}

const columns = ({ usage: { series }, ahead }: Drawn): uPlot.AlignedData => {
  const later = ahead.slice(1)
  const counted = (of: (point: UsagePoint) => number) => [...series.map(of), ...later.map(() => null)]
  // From the last whole bucket on, where both lines meet.
  const whole = series.at(-2)
  const expected = (of: (point: ForecastPoint) => number) =>
    ahead.length === 0
      ? series.map(() => null)
      : [...series.slice(0, -2).map(() => null), ...(whole ? [whole.loads] : []), ...ahead.map(of)]
  return [
    [...series, ...later].map((point) => point.at),
    counted((point) => point.loads),
    counted((point) => point.interactions),
    counted((point) => point.errors),
    expected((point) => point.value),
    expected((point) => point.high80),
    expected((point) => point.low80),
  ]
}

const hour = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
/** The hour, or the day where one begins. */
const times = (_: uPlot, values: number[]) =>
  values.map((at) => (new Date(at).getHours() === 0 ? day : hour).format(at))
