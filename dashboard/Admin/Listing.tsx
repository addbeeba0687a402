import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Success } from '../../schema/wire/api'
import type { View } from '../data/admin'
import { pick, useQuery } from '../data/query'
import { Pager } from '../Panel/Pager'
import { Panel } from '../Panel/Panel'
import { Scroll } from '../Scroll/Scroll'
import './Listing.css'

/** How long somebody must pause in typing before the list is asked for. */
const PAUSE_MS = 250

/** `sort` is the name that the API sorts by. The first column is the row's heading. */
export type Column<T> = {
  title: string
  sort?: string
  class?: string
  tip?: (row: T) => string | undefined
  cell: (row: T) => ComponentChildren
}

/** One choice among the list's rows; without a value all are shown. */
export type Filter = { name: string; label: string; options: Record<string, string> }

type Props<T> = {
  title: string
  what: string
  ask: (view: View) => Promise<Success<T[]>>
  columns: (refresh: () => void) => Column<T>[]
  filters?: Filter[]
  /** Beside the page's title. */
  actions?: (refresh: () => void) => ComponentChildren
  /** Set where many rows can be changed at once: which ones may be chosen, and what can be done to them. */
  bulk?: { can: (row: T) => boolean; actions: (chosen: T[], done: () => void) => ComponentChildren }
}

/** A list of the whole platform, page by page, to be searched, sorted, filtered and changed. */
export function Listing<T extends { id: string; name: string }>(props: Props<T>) {
  const { title, what, ask, columns, filters = [], actions, bulk } = props
  const [view, setView] = useState<View>({ page: '1' })
  const [chosen, setChosen] = useState<Set<string>>(new Set())
  const answer = useQuery(`admin ${what} ${JSON.stringify(view)}`, () => ask(view))
  const refresh = () => answer.state === 'ready' && answer.retry()

  /** Empty values are left out, and another view begins at its first page. */
  const change = (changes: View) => {
    const next = Object.entries({ ...view, page: '1', ...changes }).filter(([, value]) => value)
    setView(Object.fromEntries(next))
    setChosen(new Set())
  }
  const done = () => {
    setChosen(new Set())
    refresh()
  }
  return (
    <>
      <div class="title">
        <div>
          <h1>{title}</h1>
        </div>
        {actions?.(refresh)}
      </div>
      <Panel
        title={`All ${what}`}
        answer={pick(answer, ({ data }) => data)}
        actions={<Controls what={what} filters={filters} view={view} onChange={change} />}
        lines={6}
        isEmpty={(rows) => rows.length === 0}
        empty={<p>{nothingOf(what, view, filters)}</p>}
      >
        {(rows) => {
          const picked = rows.filter(({ id }) => chosen.has(id))
          return (
            <>
              {bulk && picked.length > 0 && (
                <div class="chosen" role="group" aria-label={`What to do with the chosen ${what}`}>
                  <b>{picked.length} chosen</b>
                  {bulk.actions(picked, done)}
                </div>
              )}
              <Rows
                name={`All ${what}`}
                rows={rows}
                columns={columns(refresh)}
                view={view}
                onSort={change}
                {...(bulk && { can: bulk.can, chosen, onChoose: setChosen })}
              />
            </>
          )
        }}
      </Panel>
      <Pager
        pagination={answer.state === 'ready' ? answer.data.pagination : undefined}
        onPage={(page) => change({ page: String(page) })}
      />
    </>
  )
}

function nothingOf(what: string, view: View, filters: Filter[]): string {
  if (view.search) return `Nothing is found for “${view.search}”.`
  return filters.some(({ name }) => view[name]) ? `There are no such ${what}.` : `There are no ${what} yet.`
}

type ControlsProps = { what: string; filters: Filter[]; view: View; onChange: (changes: View) => void }

function Controls({ what, filters, view, onChange }: ControlsProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  // The newest, for the timer begins before the last choice of a filter.
  const change = useRef(onChange)
  change.current = onChange
  useEffect(() => () => clearTimeout(timer.current), [])
  const searchSoon = (text: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => change.current({ search: text.trim() }), PAUSE_MS)
  }
  return (
    <div class="controls">
      {filters.map(({ name, label, options }) => (
        <select
          key={name}
          aria-label={label}
          value={view[name] ?? ''}
          onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
        >
          <option value="">{label}: all</option>
          {Object.entries(options).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ))}
      <input
        class="search"
        type="search"
        aria-label={`Search ${what}`}
        placeholder="Search"
        maxLength={100}
        onInput={({ currentTarget }) => searchSoon(currentTarget.value)}
      />
    </div>
  )
}

type RowsProps<T> = {
  name: string
  rows: T[]
  columns: Column<T>[]
  view: View
  onSort: (changes: View) => void
  can?: (row: T) => boolean
  chosen?: Set<string>
  onChoose?: (chosen: Set<string>) => void
}

function Rows<T extends { id: string; name: string }>(props: RowsProps<T>) {
  const { name, rows, columns, view, onSort, can, chosen = new Set(), onChoose } = props
  const open = can ? rows.filter(can) : []
  const choose = (ids: string[], isChosen: boolean) => {
    const others = [...chosen].filter((id) => !ids.includes(id))
    onChoose?.(new Set(isChosen ? [...others, ...ids] : others))
  }
  return (
    <Scroll name={name}>
      <table>
        <thead>
          <tr>
            {can && (
              <th scope="col" class="choice">
                <input
                  type="checkbox"
                  aria-label="Choose all on this page"
                  checked={open.length > 0 && open.every(({ id }) => chosen.has(id))}
                  onChange={({ currentTarget }) =>
                    choose(
                      open.map(({ id }) => id),
                      currentTarget.checked,
                    )
                  }
                />
              </th>
            )}
            {columns.map((column) => (
              <Heading key={column.title} column={column} view={view} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {can && (
                <td class="choice">
                  {can(row) && (
                    <input
                      type="checkbox"
                      aria-label={`Choose ${row.name}`}
                      checked={chosen.has(row.id)}
                      onChange={({ currentTarget }) => choose([row.id], currentTarget.checked)}
                    />
                  )}
                </td>
              )}
              {columns.map(({ title, class: name, tip, cell }, index) =>
                index === 0 ? (
                  <th key={title} scope="row" class="wide" title={tip?.(row)}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} class={name} title={tip?.(row)}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

type HeadingProps<T> = { column: Column<T>; view: View; onSort: (changes: View) => void }

/** The first press on a column shows its largest or newest first, the next one turns it round. */
function Heading<T>({ column: { title, sort, class: name }, view, onSort }: HeadingProps<T>) {
  const isSorted = sort !== undefined && view.sort === sort
  const isRising = isSorted && view.order === 'asc'
  if (!sort)
    return (
      <th scope="col" class={name}>
        {title}
      </th>
    )
  return (
    <th scope="col" class={name} aria-sort={isSorted ? (isRising ? 'ascending' : 'descending') : 'none'}>
      <button class="sort" onClick={() => onSort({ sort, order: isSorted && !isRising ? 'asc' : 'desc' })}>
        {title}
      </button>
    </th>
  )
}
