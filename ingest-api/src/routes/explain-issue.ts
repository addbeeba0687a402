import type { z } from 'zod'
import type { FieldError } from '../../../schema/wire/error'

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' }
const FORMATS: Record<string, string> = {
  email: 'an email address',
  url: 'an address such as https://example.com',
}

/** Says what is wrong as a sentence that can stand beside the field; undefined leaves it to zod. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'Is required.'
        : `Must be ${TYPES[issue.expected] ?? issue.expected}.`
    case 'too_small': {
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty.'
      const unit = UNITS[issue.origin]
      return unit ? `Must have at least ${issue.minimum}${unit}.` : `Must be at least ${issue.minimum}.`
    }
    case 'too_big': {
      const unit = UNITS[issue.origin]
      return unit ? `Must have at most ${issue.maximum}${unit}.` : `Must be at most ${issue.maximum}.`
    }
    case 'invalid_format':
      return FORMATS[issue.format] && `Must be ${FORMATS[issue.format]}.`
    case 'invalid_value':
      if (issue.input === undefined) return 'Is required.'
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`
    default:
      return undefined
  }
}

/** Every field that a check refused, under `at` when the checked value is itself a field. */
export const fieldsOf = (error: z.ZodError, at?: string): FieldError[] =>
  error.issues.flatMap((issue) => {
    const path = [...(at ? [at] : []), ...issue.path.map(String)]
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Is not known here.' }))
      : [{ path: path.join('.'), message: issue.message }]
  })
