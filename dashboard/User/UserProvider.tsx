import { createContext, type ComponentChildren } from 'preact'
import { useContext, useEffect, useMemo, useState } from 'preact/hooks'
import type { Challenge, User } from '../../schema/wire/api'
import { OrielError } from '../../schema/wire/error'
import { hasPermission, type Permission, type Persona } from '../../schema/wire/permission'
import type { ChallengeRequest, LoginRequest, RegisterRequest } from '../../schema/wire/requests'
import * as api from '../data/api'
import { forgetQueries } from '../data/query'
import { onSignedOut } from '../data/request'

type Session =
  | { state: 'loading' }
  | { state: 'failed'; error: OrielError }
  | { state: 'anonymous' }
  | { state: 'signedIn'; user: User }

/** Who sits in front of the page, and what they may do. */
export type UserContextType = {
  user: User | null
  persona: Persona | null
  permissions: string[]
  roles: string[]
  isAuthenticated: boolean
  isLoading: boolean
  error: OrielError | null
  /** Signs in, or gives back what the second step has to answer. */
  login: (credentials: LoginRequest) => Promise<Challenge | undefined>
  answerChallenge: (answer: ChallengeRequest) => Promise<void>
  register: (person: RegisterRequest) => Promise<void>
  logout: () => Promise<void>
  switchPersona: (persona: Persona) => Promise<void>
  hasPermission: (permission: Permission) => boolean
  hasRole: (role: string) => boolean
  reload: () => Promise<void>
  /** Takes over, in every tab, what the server has just said of the user; null when the account is gone. */
  accept: (user: User | null) => void
}

const UserContext = createContext<UserContextType | undefined>(undefined)

/** Asks once who is signed in, and keeps all tabs of this browser in agreement about it. */
export function UserProvider({ children }: { children: ComponentChildren }) {
  const [session, setSession] = useState<Session>({ state: 'loading' })
  const tabs = useMemo(() => new BroadcastChannel('oriel.user'), [])

  const become = (next: Session) => {
    forgetQueries()
    setSession(next)
  }
  const reload = async () => {
    try {
      become({ state: 'signedIn', user: await api.getMe() })
    } catch (error) {
      if (!(error instanceof OrielError)) throw error
      become(error.status === 401 ? { state: 'anonymous' } : { state: 'failed', error })
    }
  }
  const accept = (user: User | null) => {
    become(user ? { state: 'signedIn', user } : { state: 'anonymous' })
    tabs.postMessage('changed')
  }

  useEffect(() => {
    onSignedOut(() => become({ state: 'anonymous' }))
    tabs.onmessage = () => void reload()
    void reload()
    return () => tabs.close()
  }, [])

  const value = useMemo<UserContextType>(() => {
    const user = session.state === 'signedIn' ? session.user : null
    return {
      user,
      persona: user?.persona ?? null,
      permissions: user?.permissions ?? [],
      roles: user?.roles ?? [],
      isAuthenticated: user !== null,
      isLoading: session.state === 'loading',
      error: session.state === 'failed' ? session.error : null,
      login: async (credentials) => {
        const answer = await api.login(credentials)
        if ('challenge' in answer) return answer
        accept(answer.user)
      },
      answerChallenge: async (answer) => accept((await api.answerChallenge(answer)).user),
      register: async (person) => accept((await api.register(person)).user),
      logout: async () => {
        await api.logout()
        accept(null)
      },
      switchPersona: async (persona) => accept((await api.setPersona(persona)).user),
      hasPermission: (permission) => hasPermission(user?.permissions ?? [], permission),
      hasRole: (role) => user?.roles.includes(role) ?? false,
      reload,
      accept,
    }
  }, [session])

  return <UserContext.Provider value={value}>{children}</UserContext.Provider>
}

/** @throws Error outside a UserProvider */
export function useUser(): UserContextType {
  const value = useContext(UserContext)
  if (!value) throw new Error('useUser must be used within a UserProvider')
  return value
}

const useIdAs = (persona: Persona, message: string): string => {
  const { user } = useUser()
  if (user?.persona !== persona) throw new Error(message)
  return user.id
}

/** @throws Error for everybody whose active persona is not builder */
export const useBuilder = () => ({
  builderId: useIdAs('builder', 'useBuilder hook can only be used by builders'),
})

/** @throws Error for everybody whose active persona is not end user */
export const useEndUser = () => ({
  endUserId: useIdAs('end_user', 'useEndUser hook can only be used by end users'),
})

/** @throws Error for everybody whose active persona is not super admin */
export const useAdmin = () => ({
  adminId: useIdAs('super_admin', 'useAdmin hook can only be used by super admins'),
})
