/** What is each event's own, in the order of its row. The id stands first, so that a restart finds it without parsing. */
const OWN_COLUMNS = ['id', 'event_type', 'created_at', 'event_name', 'event_data'] as const

/** What all events of a session share, which is written once and put behind each event's own. */
export const SESSION_COLUMNS = [
  'builder_id',
  'project_id',
  'implementation_id',
  'end_user_id',
  'session_id',
  'visitor',
  'version',
  'browser',
  'os',
  'device',
  'country',
  'bot',
  'preview',
  'retention_days',
] as const

/** The columns of `events` in the order of a row on its way there; `null` stands for a column's default. */
export const EVENT_COLUMNS = [...OWN_COLUMNS, ...SESSION_COLUMNS] as const

type Column = (typeof EVENT_COLUMNS)[number]

/** A row of `events` as one line: an array without the columns' names, which would be a third of its bytes. */
export const toEventRow = (values: Partial<Record<Column, unknown>>): string =>
  JSON.stringify(EVENT_COLUMNS.map((column) => values[column] ?? null))

/** The same by name, as people read it and mend it. */
export function readEventRow(line: string): Partial<Record<Column, unknown>> {
  const values: unknown[] = JSON.parse(line)
  return Object.fromEntries(
    EVENT_COLUMNS.flatMap((column, index) => (values[index] == null ? [] : [[column, values[index]]])),
  )
}
