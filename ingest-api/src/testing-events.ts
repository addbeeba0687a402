import type { Implementation } from '../../schema/wire/api'
import type { EventType } from '../../schema/wire/event'
import { uuidV7 } from '../../schema/wire/id'
import type { TestHandles } from './testing'

export type TestEvent = {
  at: number
  type?: EventType
  name?: string
  version?: string
  session?: string
  /** How many alike there are at that time. */
  times?: number
}

let inserts = 0

/** Stores events of a widget, however old they are, as if they had come when they happened. */
export async function storeEvents(
  { clickhouse, caches }: TestHandles,
  { id, builderId, projectId, endUserId }: Implementation,
  events: TestEvent[],
): Promise<void> {
  const lines = events.flatMap(
    ({ at, type = 'load', name = '', version = '1.0.0', session = '', times = 1 }) =>
      Array.from({ length: times }, () =>
        JSON.stringify({
          id: uuidV7(at),
          builder_id: builderId,
          project_id: projectId,
          implementation_id: id,
          end_user_id: endUserId,
          event_type: type,
          event_name: name,
          event_data: '{}',
          created_at: at,
          session_id: session,
          version,
        }),
      ),
  )
  await clickhouse.insert('events', `test:${id}:${++inserts}`, lines.join('\n'))
  caches.changes.note([id], [builderId])
}
