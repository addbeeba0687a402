import type { SessionClaims } from '../../../schema/wire/frame'
import { DEFAULT_RETENTION_DAYS } from '../../../schema/wire/job'
import type { LiveImplementation } from '../implementations/find-live-implementation'

type Served = Extract<LiveImplementation, { version: string }>

/** What a session of an implementation shows with every batch, and what its events are stored under. */
export const claimsOf = (live: Served, sid: string, isPreview = false): SessionClaims => ({
  im: live.id,
  pr: live.projectId,
  bu: live.builderId,
  eu: live.endUserId,
  ver: live.version,
  sid,
  ...(isPreview && { pre: 1 }),
  ...(live.retentionDays !== DEFAULT_RETENTION_DAYS && { ret: live.retentionDays }),
})
