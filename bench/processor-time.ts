import { readdirSync, readFileSync } from 'node:fs'

/** A tick of proc(5) on Linux. */
const TICK_MS = 10

/** What a process and all below it have had of the processors so far, in ms (proc(5)). */
export function processorMs(pid: number): { own: number; children: number } {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const fields = stat.replace(/^.*\) /, '').split(' ')
        const ms = (Number(fields[11]) + Number(fields[12])) * TICK_MS
        return [{ pid: Number(name), parent: Number(fields[1]), ms }]
      } catch {
        // It has just ended.
        return []
      }
    })
  const childrenOf = (of: number): number =>
    all
      .filter(({ parent }) => parent === of)
      .reduce((sum, child) => sum + child.ms + childrenOf(child.pid), 0)
  return { own: all.find((each) => each.pid === pid)?.ms ?? 0, children: childrenOf(pid) }
}
