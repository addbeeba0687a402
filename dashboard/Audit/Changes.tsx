import { formatMoment } from '../format'

type Fields = Record<string, unknown> | null

/** The fields of one change: those that became something else as from → to, the others as they are. */
export function Changes({ before, after }: { before: Fields; after: Fields }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (names.length === 0) return <span class="soft">–</span>
  return (
    <dl>
      {names.map((name) => {
        const [old, now] = [before?.[name], after?.[name]].map((value) => write(name, value))
        return (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {old !== undefined && now !== undefined && old !== now ? (
                <>
                  <del>{old}</del> → <ins>{now}</ins>
                </>
              ) : (
                (now ?? old)
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** As people read it: a text as it is, nothing as a dash, a time as a date. */
function write(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && /(^until|At)$/.test(name)) return formatMoment(value)
  if (value === null || value === '') return '–'
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ') || '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
