import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Success } from '../../schema/wire/api'
import { pick, useQuery } from '../data/query'
import { Pager } from '../Panel/Pager'
import { Panel } from '../Panel/Panel'
import './Listing.css'

/** How long somebody must pause in typing before the list is asked for. */
const PAUSE_MS = 250

type Props<T> = {
  title: string
  what: string
  ask: (search: string, page: number) => Promise<Success<T[]>>
  /** The table; `refresh` asks again after a change. */
  children: (rows: T[], refresh: () => void) => ComponentChildren
}

/** A list of the whole platform, page by page, with a field to search it. */
export function Listing<T>({ title, what, ask, children }: Props<T>) {
  const [{ search, page }, setView] = useState({ search: '', page: 1 })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const answer = useQuery(`admin ${what} ${page} ${search}`, () => ask(search, page))

  const searchSoon = (text: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setView({ search: text.trim(), page: 1 }), PAUSE_MS)
  }
  const searchField = (
    <input
      class="search"
      type="search"
      aria-label={`Search ${what}`}
      placeholder="Search"
      maxLength={100}
      onInput={({ currentTarget }) => searchSoon(currentTarget.value)}
    />
  )
  return (
    <>
      <div class="title">
        <div>
          <h1>{title}</h1>
        </div>
      </div>
      <Panel
        title={`All ${what}`}
        answer={pick(answer, ({ data }) => data)}
        actions={searchField}
        lines={6}
        isEmpty={(rows) => rows.length === 0}
        empty={<p>{search ? `Nothing is found for “${search}”.` : `There are no ${what} yet.`}</p>}
      >
        {(rows) => (
          <div class="scroll">
            <table>{children(rows, () => answer.state === 'ready' && answer.retry())}</table>
          </div>
        )}
      </Panel>
      <Pager
        pagination={answer.state === 'ready' ? answer.data.pagination : undefined}
        onPage={(page) => setView({ search, page })}
      />
    </>
  )
}
