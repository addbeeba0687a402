import type { RoomState } from './room'

export type Actions = Pick<RoomState, 'track' | 'send' | 'ask' | 'listen'>

/** The sandbox's global, see `abi.ts`. */
declare const oriel: { 21: Actions }

/** The runtime's ways to the host page, for what comes with a bundle instead of the runtime. */
export const actions = (): Actions => oriel[21]
