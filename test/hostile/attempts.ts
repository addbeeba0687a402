import type { Attempt, AttemptClass } from './attempt'
import { confidentiality } from './confidentiality'
import { integrity } from './integrity'
import { navigation } from './navigation'
import { network } from './network'
import { nuisance } from './nuisance'

/** Every attempt, by class; its place in the list is its number. */
export const ATTEMPTS: Record<AttemptClass, Attempt[]> = {
  confidentiality,
  integrity,
  navigation,
  network,
  nuisance,
}
