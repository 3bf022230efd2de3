/** `kav explain`: the page of one of Twilio's codes, or the list of them. */
import { explainTwilioError, TWILIO_ERRORS, type TwilioError } from '../twilio/error-codes.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Prints; `code` as a person writes it. An unknown code is a plain no. */
export function explainCode(code: string | undefined, print: (line: string) => void = console.log): ExitCode {
  if (code === undefined) {
    for (const error of TWILIO_ERRORS) print(`${error.code}  ${error.level.padEnd(7)}  ${error.name}`);
    return EXIT.ok;
  }
  const digits = /^(?:error\s*)?(\d{4,6})$/i.exec(code.trim())?.[1];
  const error = digits === undefined ? undefined : explainTwilioError(Number(digits));
  if (!error) {
    print(`${code} is not a code that Kav knows. \`kav explain\` lists them; Twilio's own page, if there is one:`);
    print(`https://www.twilio.com/docs/api/errors/${digits ?? ''}`);
    return EXIT.no;
  }
  print(renderPage(error));
  return EXIT.ok;
}

function renderPage({ code, name, level, meaning, cause, remedy }: TwilioError): string {
  const page = `https://www.twilio.com/docs/api/errors/${code}`;
  return `${code}: ${name} (${level})\n\n${meaning}\n\nCause   ${cause}\nRemedy  ${remedy}\n\nTwilio's page: ${page}`;
}
