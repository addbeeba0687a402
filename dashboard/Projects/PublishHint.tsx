/** The way to a first project. */
export const PublishHint = () => (
  <>
    <p>Nothing published yet. Make a widget and publish it from its folder:</p>
    <pre class="code">{'npx oriel build\nnpx oriel publish\nnpx oriel release'}</pre>
  </>
)
