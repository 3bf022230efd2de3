/**
 * Cuts a script into its statements, as PostgreSQL's lexer would: a semicolon inside quotes, dollar quotes or a comment
 * ends nothing. Source: https://www.postgresql.org/docs/17/sql-syntax-lexical.html
 */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;

export function sqlStatements(script: string): readonly string[] {
  const statements: string[] = [];
  let from = 0;
  const end = (at: number): void => {
    const statement = script.slice(from, at).trim();
    if (statement !== '') statements.push(statement);
    from = at + 1;
  };
  for (const { 0: token, index } of script.matchAll(TOKEN)) if (token === ';') end(index);
  end(script.length);
  return statements;
}
