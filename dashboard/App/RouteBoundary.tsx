import { Component, type ComponentChildren } from 'preact'
import { Notice } from '../Panel/Notice'

/** Keeps a page's failure to that page. */
export class RouteBoundary extends Component<{ children: ComponentChildren }, { error?: unknown }> {
  override state: { error?: unknown } = {}

  override componentDidCatch(error: unknown) {
    console.error(error instanceof Error ? error.message : error)
    this.setState({ error })
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <Notice
        title="Something went wrong here"
        text="The rest of Oriel still works, and nothing of yours is lost."
      >
        <button class="button primary" onClick={() => this.setState({ error: undefined })}>
          Try again
        </button>
        <a class="button" href="/dashboard">
          To your dashboard
        </a>
      </Notice>
    )
  }
}
