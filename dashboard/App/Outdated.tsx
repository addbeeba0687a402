import { Notice } from '../Panel/Notice'

/** Stands where a page's code could not be loaded. */
export const Outdated = () => (
  <Notice
    title="This page could not be loaded"
    text="Oriel was updated meanwhile, or the connection is down."
  >
    <button class="button primary" onClick={() => location.reload()}>
      Load again
    </button>
  </Notice>
)
