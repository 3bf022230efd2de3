/** Kav's files are TypeScript that Node itself strips; older versions cannot. Says so in plain words, and leaves. */
export function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return;
  console.error(`Kav needs Node 24 or newer; this is ${process.version}.`);
  console.error('`npm ci` brings one: start Kav with `npm start`, `npm run demo` or `npm run kav -- …`.');
  process.exit(2);
}
