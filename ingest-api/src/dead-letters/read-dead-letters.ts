import type { DeadLetter, DeadLetterState } from '../../../schema/wire/admin'
import { OrielError } from '../../../schema/wire/error'
import { isObject, type JsonObject } from '../../../schema/wire/json'
import type { Handles } from '../handles'
import { offsetOf, pageOf, type Page, type Paging } from '../listing'

export type DeadLetterQuestion = Paging & {
  builder?: string | undefined
  implementation?: string | undefined
  /** Part of ClickHouse's words. */
  reason?: string | undefined
  state?: DeadLetterState | undefined
}

type Row = Omit<DeadLetter, 'event'> & { line: string; token: string }

/** Every letter with what became of it; the token names it for good and is nobody's secret, but it is long. */
const LETTERS = `
  SELECT concat('dl_', substring(lower(hex(sipHash128(letter.token))), 1, 21)) AS id, letter.token AS token,
    toFloat64(toUnixTimestamp64Milli(letter.at)) AS at, letter.builder_id AS builderId,
    letter.implementation_id AS implementationId, letter.reason AS reason, letter.line AS line, decision.state AS state
  FROM dead_letters AS letter
  LEFT JOIN (SELECT token, state FROM dead_letter_decisions FINAL) AS decision ON decision.token = letter.token`

/** One page of the events that ClickHouse would not take, the youngest first. */
export async function listDeadLetters(
  { clickhouse }: Pick<Handles, 'clickhouse'>,
  question: DeadLetterQuestion,
): Promise<Page<DeadLetter>> {
  const { builder = '', implementation = '', reason = '', state = '' } = question
  const source = `(${LETTERS}) WHERE ({builder: String} = '' OR builderId = {builder: String})
    AND ({implementation: String} = '' OR implementationId = {implementation: String})
    AND ({state: String} = '' OR toString(state) = {state: String})
    AND positionCaseInsensitiveUTF8(reason, {reason: String}) > 0`
  const params = { builder, implementation, reason, state }
  const [rows, [counted]] = await Promise.all([
    clickhouse.query<Row>(
      `SELECT * FROM ${source} ORDER BY at DESC, id LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
      { ...params, limit: question.limit, offset: offsetOf(question) },
    ),
    clickhouse.query<{ total: number }>(`SELECT toFloat64(count()) AS total FROM ${source}`, params),
  ])
  return pageOf(rows.map(toLetter), question, counted!.total)
}

/** @throws OrielError RESOURCE_NOT_FOUND */
export async function getDeadLetter(handles: Pick<Handles, 'clickhouse'>, id: string): Promise<DeadLetter> {
  return toLetter(await findRow(handles, id))
}

/** A letter with its token, for those who decide about it. @throws OrielError RESOURCE_NOT_FOUND */
export async function findRow({ clickhouse }: Pick<Handles, 'clickhouse'>, id: string): Promise<Row> {
  const [row] = await clickhouse.query<Row>(`SELECT * FROM (${LETTERS}) WHERE id = {id: String} LIMIT 1`, {
    id,
  })
  if (!row) throw new OrielError('RESOURCE_NOT_FOUND', 'There is no dead letter with this id.')
  return row
}

/** The event as it was to be stored; nothing once it was anonymised or its time to be kept is over. */
export function eventOf({ line }: Pick<Row, 'line'>): JsonObject | null {
  const event: unknown = line === '' ? null : JSON.parse(line)
  return isObject(event) && 'id' in event ? (event as JsonObject) : null
}

const toLetter = ({ line, token: _token, ...letter }: Row): DeadLetter => ({
  ...letter,
  event: eventOf({ line }),
})
