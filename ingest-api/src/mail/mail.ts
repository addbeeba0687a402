/** A letter to one person, as text and as HTML that says the same. */
export type Message = { to: string; subject: string; text: string; html: string }

/** Hands messages to whoever delivers them. */
export type Mail = {
  /** Resolves once the other side has taken the message. */
  send(message: Message): Promise<void>
  close(): Promise<void>
}
