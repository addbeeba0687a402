import { actions } from './runtime'

/*
 * Makes plain markup work in the sandbox: links, forms, `data-oriel-track`. It comes with bundles that have such markup.
 */

/** Reports clicks on, and submissions of, what is marked with `data-oriel-track="name"`, and lets links open. */
function follow(event: Event) {
  const target = event.target as Element
  const marked = target.closest<HTMLElement>('[data-oriel-track]')
  if (marked && (event.type === 'submit') === (marked.tagName === 'FORM'))
    actions().track(marked.dataset.orielTrack!)
  const link = target.closest<HTMLAnchorElement>('a[href]')
  if (!link || event.defaultPrevented || link.getAttribute('href')!.startsWith('#')) return
  event.preventDefault()
  void actions().ask('link', link.href)
}

const isSubmitter = (element: Element): element is HTMLButtonElement | HTMLInputElement =>
  element.matches('button:not([type=button],[type=reset]),input[type=submit]')

/**
 * A sandbox without `allow-forms` ends a submission before its validation and its event, and nothing may be sent from
 * there anyway. So the attempt becomes what scripts wait for: a validated form's submit event, and no navigation.
 */
function submit(this: HTMLFormElement, submitter: HTMLElement | null = null) {
  const isUnchecked = this.noValidate || (submitter as HTMLButtonElement | null)?.formNoValidate
  if (isUnchecked || this.reportValidity())
    this.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true, submitter }))
}

function submitByButton(event: Event) {
  const button = (event.target as Element).closest('button,input')
  if (event.defaultPrevented || !button || !isSubmitter(button) || !button.form) return
  event.preventDefault()
  submit.call(button.form, button)
}

/** With a button, the browser itself turns Enter into a click on it. */
function submitByEnter(event: KeyboardEvent) {
  const { key, target, defaultPrevented, isComposing } = event
  if (key !== 'Enter' || defaultPrevented || isComposing || !(target instanceof HTMLInputElement)) return
  const { form } = target
  if (!form || [...form.elements].some(isSubmitter)) return
  event.preventDefault()
  submit.call(form)
}

HTMLFormElement.prototype.requestSubmit = submit
addEventListener('click', follow)
addEventListener('submit', follow)
addEventListener('click', submitByButton)
addEventListener('keydown', submitByEnter)
