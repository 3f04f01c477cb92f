"""The one child host: a process of ours that imports a slow library early and answers on request."""
