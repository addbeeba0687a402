/** Upper bounds in seconds: from what a lookup in memory takes to what nobody waits for. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

type Labels = Record<string, string | number>
type RequestLabels = { method: string; route: string; status_code: number; tier: string }
type Histogram = { labels: string; counts: number[]; sum: number; count: number }

/** Values that are looked up when somebody asks. */
export type Gauge = { name: string; help: string; samples: { value: number; labels?: Labels }[] }

/**
 * What this process has counted since it started, in the text format of Prometheus (version 0.0.4). Labels come from
 * short lists only (routes as they are written, codes, tiers), so that nobody outside can make them many.
 */
export class Metrics {
  private readonly requests = new Map<string, Histogram>()
  private readonly known = new WeakMap<RequestLabels, Histogram>()
  private readonly errors = new Map<string, number>()
  private readonly counters = new Map<string, { help: string; totals: Map<string, number> }>()

  /** Whoever counts very many passes the same labels object each time, which spares a look at what it says. */
  observeRequest(labels: RequestLabels, seconds: number): void {
    let histogram = this.known.get(labels)
    if (!histogram) this.known.set(labels, (histogram = this.findHistogram(labels)))
    let bucket = 0
    while (seconds > BUCKETS[bucket]!) bucket++
    if (bucket < BUCKETS.length) histogram.counts[bucket]! += 1
    histogram.sum += seconds
    histogram.count += 1
  }

  private findHistogram(labels: RequestLabels): Histogram {
    const key = labelsOf(labels)
    let histogram = this.requests.get(key)
    if (!histogram) {
      histogram = { labels: key, counts: BUCKETS.map(() => 0), sum: 0, count: 0 }
      this.requests.set(key, histogram)
    }
    return histogram
  }

  countError(labels: { error_code: string; tier: string }): void {
    const key = labelsOf(labels)
    this.errors.set(key, (this.errors.get(key) ?? 0) + 1)
  }

  /** Adds to a counter, which is shown from the first time on. */
  count(name: string, help: string, labels: Labels = {}, by = 1): void {
    let counter = this.counters.get(name)
    if (!counter) this.counters.set(name, (counter = { help, totals: new Map() }))
    const key = labelsOf(labels)
    counter.totals.set(key, (counter.totals.get(key) ?? 0) + by)
  }

  render(gauges: Gauge[]): string {
    const requests = [...this.requests.values()].flatMap(({ labels, counts, sum, count }) => {
      let below = 0
      return [
        ...BUCKETS.map(
          (bound, index) =>
            `http_request_duration_seconds_bucket{${labels},le="${bound}"} ${(below += counts[index]!)}`,
        ),
        `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`,
        `http_request_duration_seconds_sum{${labels}} ${sum}`,
        `http_request_duration_seconds_count{${labels}} ${count}`,
      ]
    })
    const lines = [
      ...family('http_request_duration_seconds', 'histogram', 'How long requests took.', requests),
      ...family(
        'api_errors_total',
        'counter',
        'Requests that were refused or failed, by code.',
        [...this.errors].map(([labels, total]) => `api_errors_total{${labels}} ${total}`),
      ),
      ...[...this.counters].flatMap(([name, { help, totals }]) =>
        family(
          name,
          'counter',
          help,
          [...totals].map(([labels, total]) => `${name}${labels && `{${labels}}`} ${total}`),
        ),
      ),
      ...gauges.flatMap(({ name, help, samples }) =>
        family(
          name,
          'gauge',
          help,
          samples.map(({ labels, value }) => `${name}${labels ? `{${labelsOf(labels)}}` : ''} ${value}`),
        ),
      ),
    ]
    return `${lines.join('\n')}\n`
  }
}

const family = (name: string, type: string, help: string, samples: string[]) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...samples,
]

const labelsOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${String(value).replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',')
