import { z } from 'zod'
import { ANALYSIS_NAMES, OWN_ANALYSES, type Pipeline, type PipelineRun } from '../wire/pipeline'
import { at, count, exactly, text } from './answer-fields'

/** What the API answers about what runs by itself. */
export const PIPELINE_ANSWERS = {
  Pipeline: exactly<Pipeline>()(
    z.strictObject({
      name: z.enum(ANALYSIS_NAMES),
      title: text,
      everyMs: count,
      lastRunAt: at.nullable(),
      lastRunMs: count.nullable(),
      lastError: text.nullable(),
      lastErrorAt: at.nullable(),
      nextRunAt: at.nullable(),
      subjects: count.nullable(),
    }),
  ),
  PipelineRun: exactly<PipelineRun>()(
    z.strictObject({
      name: z.enum(OWN_ANALYSES),
      subjects: count,
      changes: count,
      unknown: count,
      ms: count,
    }),
  ),
} as const
