import type { EventType } from './event'
import type { Interval, RecentEvent } from './api'
import type { Measurement } from './metric'

/** Shapes of what is computed from stored usage. Times are epoch milliseconds; periods are half-open. */

export type Kpis = {
  from: number
  to: number
  interval: Interval
  timezone: string
  metrics: Measurement[]
}

/** Events of one type and name, the name empty where they have none. */
export type EventStream = {
  type: EventType
  name: string
  events: number
  /** Events a minute in the last {@link RATE_MINUTES} whole minutes of the period. */
  perMinute: number
  lastAt: number
}

/** How many whole minutes a rate is taken over. */
export const RATE_MINUTES = 5

/** What became of the events that arrived on a UTC day; refused are those that could never be counted. */
export type StreamQuality = { day: string; accepted: number; duplicates: number; refused: number }

export type EventStreams = {
  from: number
  to: number
  /** The most frequent first, at most a hundred. */
  streams: EventStream[]
  /** Of all streams together, over whole UTC days: what was refused has no type and no name that could be believed. */
  quality: StreamQuality[]
}

/**
 * The newest events of a stream, newest first. What a visitor sent with an event, and in which session, is the site
 * owner's and the platform's to see; a builder finds `data` empty and no session.
 */
export type DataPoint = RecentEvent
