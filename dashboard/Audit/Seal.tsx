import { useState } from 'preact/hooks'
import type { AuditSeal } from '../../schema/wire/admin'
import { verifyAudit } from '../data/admin'
import { formatNumber } from '../format'
import { complain } from '../Toasts/Toasts'

type State = { state: 'unasked' } | { state: 'asking' } | { state: 'answered'; seal: AuditSeal }

/** Computes the seal of every row anew, when somebody asks. */
export function Seal() {
  const [status, setStatus] = useState<State>({ state: 'unasked' })
  const verify = async () => {
    setStatus({ state: 'asking' })
    try {
      setStatus({ state: 'answered', seal: await verifyAudit() })
    } catch (error) {
      setStatus({ state: 'unasked' })
      complain(error)
    }
  }
  const seal = status.state === 'answered' ? status.seal : undefined
  return (
    <div class={`seal ${seal ? (seal.broken ? 'broken' : 'whole') : ''}`}>
      <span role="status">{seal ? tell(seal) : 'Every row is sealed with the one before it.'}</span>
      <button class="button" disabled={status.state === 'asking'} onClick={() => void verify()}>
        {status.state === 'asking' ? 'Verifying …' : 'Verify the chain'}
      </button>
    </div>
  )
}

const tell = ({ entries, head, broken }: AuditSeal) =>
  broken ? (
    <>
      <b>The log was tampered with at row {broken.auditId ?? 'unknown'}.</b> {broken.reason}
    </>
  ) : (
    <>
      <b>The log is whole:</b> {formatNumber(entries)} rows fit. {head && <code>{head}</code>}
    </>
  )
