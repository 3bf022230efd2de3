/** The CallSid in a text of ours, such as a file's name, as the field by which lines of one call are found. */
export function callNamedIn(text: string): { readonly call_sid?: string } {
  const callSid = /CA[0-9a-f]{32}/i.exec(text)?.[0];
  return callSid === undefined ? {} : { call_sid: callSid };
}
