/** The payload of a notification on it is the node that should look: for commands, answers, and calls that it has lost. */
export const NODES_CHANNEL = 'kav_nodes';
