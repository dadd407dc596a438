"""Maximum flows in whole numbers of any size, for exact chances, whose common denominators have no bound."""

from __future__ import annotations

from collections import deque

__all__ = ["MaximumFlow"]


class MaximumFlow:
    """A network and a flow in it, found by blocking flows (Dinic 1970).

    Parameters
    ----------
    points : int
        Numbered from 0; the first is the source, the last the sink.
    """

    def __init__(self, points: int) -> None:
        self.sink = points - 1
        self._head: list[int] = []
        self._room: list[int] = []  # arcs 2k and 2k + 1 are one arc in both directions
        self._arcs: list[list[int]] = [[] for _ in range(points)]

    def add(self, tail: int, head: int, capacity: int) -> int:
        """Add an arc; return its number."""
        arc = len(self._head)
        for start, end, room in ((tail, head, capacity), (head, tail, 0)):
            self._arcs[start].append(len(self._head))
            self._head.append(end)
            self._room.append(room)
        return arc

    def flow(self, arc: int) -> int:
        """Return the flow in an arc."""
        return self._room[arc + 1]

    def room(self, arc: int) -> int:
        """Return how much more an arc could carry."""
        return self._room[arc]

    def maximise(self) -> None:
        """Send as much as possible from source to sink."""
        while (distance := self._distances())[self.sink] >= 0:
            self._block(distance)

    def reached(self) -> list[bool]:
        """Return which points the source could still send more to."""
        return [distance >= 0 for distance in self._distances()]

    def reaching(self) -> list[bool]:
        """Return which points could still send more to the sink."""
        found = [False] * len(self._arcs)
        found[self.sink] = True
        queue = deque([self.sink])
        while queue:
            for arc in self._arcs[queue.popleft()]:
                if self._room[arc ^ 1] and not found[self._head[arc]]:
                    found[self._head[arc]] = True
                    queue.append(self._head[arc])
        return found

    def _distances(self) -> list[int]:
        distance = [-1] * len(self._arcs)
        distance[0] = 0
        queue = deque([0])
        while queue:
            point = queue.popleft()
            for arc in self._arcs[point]:
                if self._room[arc] and distance[self._head[arc]] < 0:
                    distance[self._head[arc]] = distance[point] + 1
                    queue.append(self._head[arc])
        return distance

    def _block(self, distance: list[int]) -> None:
        """Send flow along shortest paths until each has a full arc."""
        next_arc, path = [0] * len(self._arcs), list[int]()
        while True:
            point = self._head[path[-1]] if path else 0
            if point == self.sink:
                amount = min(self._room[arc] for arc in path)
                for arc in path:
                    self._room[arc] -= amount
                    self._room[arc ^ 1] += amount
                full = next(step for step, arc in enumerate(path) if not self._room[arc])
                del path[full:]
            elif next_arc[point] == len(self._arcs[point]):
                if not path:
                    return
                next_arc[self._head[path.pop() ^ 1]] += 1
            else:
                arc = self._arcs[point][next_arc[point]]
                if self._room[arc] and distance[self._head[arc]] == distance[point] + 1:
                    path.append(arc)
                else:
                    next_arc[point] += 1
