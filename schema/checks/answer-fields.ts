import { z } from 'zod'
import type { Json } from '../wire/json'
import { PERSONAS } from '../wire/permission'

/** A check of exactly a wire type: a field more or less on either side does not compile. */
export const exactly =
  <Type>() =>
  <Check extends z.ZodType<Type>>(check: Type extends z.output<Check> ? Check : never): Check =>
    check

export const text = z.string()
export const count = z.int().min(0)
export const amount = z.int()
export const at = z.int()
export const json = z.record(text, z.custom<Json>())
export const record = z.record(text, z.unknown())
export const persona = z.enum(PERSONAS)
export const named = z.strictObject({ id: text, name: text })
