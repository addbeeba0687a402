import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import type { User } from '../../schema/wire/api'
import { endImpersonation } from '../data/admin'
import { PERSONA_NAMES } from '../format'
import { HOMES } from '../homes'
import { complain } from '../Toasts/Toasts'
import { useUser } from '../User/UserProvider'
import './ImpersonationBanner.css'

type Props = { user: User; impersonation: NonNullable<User['impersonation']> }

/** Stands above everything as long as somebody sees Oriel through these eyes, and leads back. */
export function ImpersonationBanner({ user, impersonation }: Props) {
  const { reload } = useUser()
  const { route } = useLocation()
  const [minutes, setMinutes] = useState(minutesTo(impersonation.until))

  const back = async () => {
    await reload()
    route(HOMES.super_admin)
  }
  const end = async () => {
    await endImpersonation()
    await back()
  }
  useEffect(() => {
    const timer = setInterval(() => {
      setMinutes(minutesTo(impersonation.until))
      if (Date.now() >= impersonation.until) void back().catch(complain)
    }, 1000)
    return () => clearInterval(timer)
  }, [impersonation.until])

  return (
    <div class="eyes" role="status">
      <span>
        <b>You are seeing Oriel as {user.name}</b> · {PERSONA_NAMES[user.persona].toLowerCase()} · read only ·{' '}
        {minutes === 1 ? 'the last minute' : `${minutes} minutes left`}
      </span>
      <button class="button" onClick={() => void end().catch(complain)}>
        End
      </button>
    </div>
  )
}

const minutesTo = (at: number) => Math.max(1, Math.ceil((at - Date.now()) / 60_000))
