import { CLASSES, type AttemptClass } from './attempt'
import type { Finding } from './prove'

export const ENGINE_TITLES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' } as const
type Engine = keyof typeof ENGINE_TITLES

const isCounted = ({ control, success }: Finding) => control.length > 0 || success.length > 0

/** What got through in a class, by name. */
export const successesOf = (findings: Finding[], kind: AttemptClass) =>
  findings.filter((finding) => finding.kind === kind && finding.success.length > 0).map(({ name }) => name)

/** Attempts that proved something: those whose control, without walls, succeeded in the same run. */
export const countedOf = (findings: Finding[]) => findings.filter(isCounted).map(({ name }) => name)

/** An engine's part of `docs/security.md`. */
export function summarize(engine: Engine, findings: Finding[]): string {
  const lines = (names: string[]) => names.map((name) => `- ${name}`).join('\n') || 'Nothing.'
  const rows = CLASSES.map((kind) => {
    const all = findings.filter((finding) => finding.kind === kind)
    return `| ${kind} | ${all.length} | ${all.filter(isCounted).length} | ${successesOf(findings, kind).length} |`
  })
  const through = CLASSES.flatMap((kind) => successesOf(findings, kind).map((name) => `${kind}: ${name}`))
  const uncounted = findings.filter((finding) => !isCounted(finding))
  return [
    `### ${ENGINE_TITLES[engine]}`,
    `| class | tried | counted | got through |\n| --- | --: | --: | --: |\n${rows.join('\n')}`,
    `#### What gets through in ${ENGINE_TITLES[engine]}`,
    lines(through),
    `#### What could not be proven in ${ENGINE_TITLES[engine]}`,
    lines(uncounted.map(({ kind, name }) => `${kind}: ${name}`)),
  ].join('\n\n')
}

/** The names that the page lists under a heading. */
export function listedUnder(page: string, heading: string): string[] {
  const [, rest = ''] = page.split(`#### ${heading}\n`)
  return [...rest.split('\n#')[0]!.matchAll(/^- (.*)$/gm)].map(([, name]) => name!)
}
