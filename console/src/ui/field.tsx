import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';

interface Labelled {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** The label is read out, and not shown. */
  readonly quiet?: boolean;
}

type InputProps = Labelled & InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> };

export function Field({ className = '', error, hint, label, quiet, ...rest }: InputProps): ReactNode {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error} quiet={quiet} className={className}>
      <input id={id} className="control w-full" {...described(id, hint, error)} {...rest} />
    </Frame>
  );
}

export function TextArea({
  className = '',
  error,
  hint,
  label,
  quiet,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>): ReactNode {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error} quiet={quiet} className={className}>
      <textarea id={id} dir="auto" className="control w-full resize-y" {...described(id, hint, error)} {...rest} />
    </Frame>
  );
}

export function Choice({
  children,
  className = '',
  error,
  hint,
  label,
  quiet,
  ...rest
}: Labelled & SelectHTMLAttributes<HTMLSelectElement>): ReactNode {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error} quiet={quiet} className={className}>
      <select id={id} className="control w-full" {...described(id, hint, error)} {...rest}>
        {children}
      </select>
    </Frame>
  );
}

const described = (id: string, hint: ReactNode, error: string | undefined): object => ({
  'aria-describedby': hint || error ? `${id}-more` : undefined,
  'aria-invalid': error ? true : undefined,
});

interface FrameProps {
  readonly id: string;
  readonly label: string;
  readonly hint: ReactNode;
  readonly error: string | undefined;
  readonly quiet: boolean | undefined;
  readonly className: string;
  readonly children: ReactNode;
}

function Frame({ children, className, error, hint, id, label, quiet }: FrameProps): ReactNode {
  return (
    <div className={`grid grid-cols-1 content-start gap-1 ${className}`}>
      <label htmlFor={id} className={quiet ? 'sr-only' : 'text-xs font-medium text-ink-2'}>
        {label}
      </label>
      {children}
      {(hint || error) && (
        <div id={`${id}-more`} className={`text-xs ${error ? 'text-bad' : 'text-ink-3'}`}>
          {error ?? hint}
        </div>
      )}
    </div>
  );
}
