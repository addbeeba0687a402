import type { UserState } from '../../schema/wire/admin'
import type { ImplementationStatus, ProjectStatus } from '../../schema/wire/api'
import type { JobStatus } from '../../schema/wire/job'
import { STATUS_NAMES } from '../format'
import './Status.css'

export const Status = ({ of }: { of: ImplementationStatus | ProjectStatus | UserState | JobStatus }) => (
  <span class={`status ${of}`}>{STATUS_NAMES[of]}</span>
)
