/**
 * Server-sent events as model servers write them (WHATWG HTML, section 9.2). The vendor's SDK has a reader of its own,
 * which leaves at `[DONE]` with the end of the body unread: that costs the connection, and the next answer a handshake.
 */
export async function* readEventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    // A line may end with CR LF, and the LF come later: a bare CR as line end is not known from any server.
    const lines = text.split('\n');
    text = lines.pop()!;
    for (const line of lines) yield* dataOf(line);
  }
  yield* dataOf(text + decoder.decode());
}

/** No model server spreads one event over several `data` lines: each is a message. */
function* dataOf(line: string): Generator<string> {
  if (!line.startsWith('data:')) return;
  const data = line.slice(5).trim();
  if (data !== '' && data !== '[DONE]') yield data;
}
