import { useMutation } from '@tanstack/react-query';
import type { CallAction } from '../../../src/api/contract/live.ts';
import type { Answer, Problem } from '../api/client.ts';
import { useApi } from '../api/hooks.ts';

const ATTEMPTS = 3;

/** Steps into a call. The id is made once for each press, so that a repeated request is carried out once. */
export function useAct(callSid: string) {
  const api = useApi();
  return useMutation<Answer<'act'>, Problem, { readonly actionId: string; readonly action: CallAction }>({
    mutationFn: (body) => api.ask('act', { params: { callSid }, body }),
    retry: (failures, error) => failures < ATTEMPTS && error.status === 0,
  });
}
