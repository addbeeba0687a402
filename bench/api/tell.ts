import type { Answered } from './load'
import { READS, type Read } from './reads'

/** Prints how long each kind of read took, against itself alone, and how many were not answered well. */
export function tell(results: Answered[], alone: Map<Read, number[]>) {
  console.log(
    '| read | requests | p50 ms | p95 ms | p99 ms | alone p50 ms | ratio |\n|---|---|---|---|---|---|---|',
  )
  for (const read of READS)
    tellRow(
      read.name,
      results.filter((result) => result.read === read),
      alone.get(read),
    )
  tellRow('all', results)
  const problems = results.flatMap(({ problem }) => problem ?? [])
  console.log(`\nnot answered well: ${problems.length}${problems[0] ? `, the first: ${problems[0]}` : ''}`)
  if (problems.length > 0) process.exitCode = 1
}

function tellRow(name: string, results: Answered[], base?: number[]) {
  const times = results.map(({ ms }) => ms)
  const cells = [name, times.length, ...[0.5, 0.95, 0.99].map((share) => quantile(times, share).toFixed(1))]
  const ratio = base
    ? [quantile(base, 0.5).toFixed(1), (quantile(times, 0.5) / quantile(base, 0.5)).toFixed(1)]
    : ['', '']
  console.log(`| ${[...cells, ...ratio].join(' | ')} |`)
}

function quantile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
