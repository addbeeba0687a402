/** For text and for attributes in double quotes. */
export const escapeHtml = (text: string) =>
  escapeAttribute(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** For attributes in double quotes only: shorter, where a whole document stands in one (`srcdoc`). */
export const escapeAttribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
