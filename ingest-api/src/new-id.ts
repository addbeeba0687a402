import { nanoid } from 'nanoid'
import { ID_PREFIX, type IdKind } from '../../schema/wire/id'

/** A fresh public id: what it names, and 126 random bits. */
export const newId = (kind: IdKind): string => `${ID_PREFIX[kind]}_${nanoid()}`
