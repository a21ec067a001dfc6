"""Ranks: processes that share the rows of a fit, by a communicator of mpi4py or of one's own."""

from __future__ import annotations

import ctypes
import json
from ctypes import POINTER, c_char_p, c_double, c_int, c_int32, c_int64, c_void_p

import numpy as np

_Combine = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, POINTER(c_int), c_void_p)
_Reduce = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(c_double), c_int64, c_int64, c_int32, c_void_p)
_Gather = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_int64, c_void_p, POINTER(c_int64))


class _Layout(ctypes.Structure):
    _fields_ = [
        ("context", c_void_p), ("rank", c_int32), ("size", c_int32), ("reduce", _Reduce), ("gather", _Gather),
    ]


#: Of rows that are exchanged, and of blocks that fits are made of.
BLOCK_ROWS = 1024


class Ranks:
    """What the C interface calls to exchange numbers with other ranks.

    comm: a communicator of mpi4py, or any object with `rank`, `size` and `allgather(value)`, which returns the
    list of the values of all ranks, in their order.
    """

    def __init__(self, comm):
        for name in ("rank", "size"):
            if not isinstance(getattr(comm, name, None), (int, np.integer)):
                raise TypeError(f"comm={comm!r}; expected a communicator of mpi4py, or rank, size and allgather")
        if not callable(getattr(comm, "allgather", None)):
            raise TypeError(f"comm={comm!r} has no allgather")
        self.comm, self.rank, self.size = comm, int(comm.rank), int(comm.size)
        if not 0 <= self.rank < self.size:
            raise ValueError(f"rank {self.rank} of {self.size}")
        #: What a callback has raised last.
        self.raised: BaseException | None = None
        self._layout = _Layout(
            None, self.rank, self.size, _Reduce(self._guarded(self._reduce)), _Gather(self._guarded(self._gather)))

    @property
    def pointer(self):
        return ctypes.addressof(self._layout)

    def _guarded(self, function):
        def call(_context, *arguments):
            try:
                function(*arguments)
                return 0
            except BaseException as error:  # noqa: BLE001 - also KeyboardInterrupt
                self.raised = error
                return 1

        return call

    # MARK: What the C interface calls

    def _reduce(self, values, count, element_size, operation, combine):
        own = np.ctypeslib.as_array(values, (count * element_size,))
        if operation == 2:
            self._combine(own, element_size, _Combine(combine))
        else:
            rows = np.frombuffer(b"".join(self._all(own.tobytes())), np.float64).reshape(self.size, -1)
            own[:] = rows.max(axis=0) if operation == 1 else rows.sum(axis=0)

    def _combine(self, own, element_size, combine):
        count = c_int(len(own) // element_size)
        for rank, others in enumerate(self._all(own.tobytes())):
            if rank != self.rank:
                combine(_address(np.frombuffer(others, np.float64)), own.ctypes.data, count, None)

    def _gather(self, own, length, everything, lengths):
        target = 0
        for rank, part in enumerate(self._all(ctypes.string_at(own, length) if length else b"")):
            if len(part) != lengths[rank]:
                raise RuntimeError(f"rank {rank} gave {len(part)} bytes, expected {lengths[rank]}")
            ctypes.memmove(everything + target, part, len(part))
            target += len(part)

    def _all(self, own: bytes) -> list[bytes]:
        """The bytes of all ranks."""
        everything = list(self.comm.allgather(own))
        if len(everything) != self.size or not all(isinstance(part, bytes) for part in everything):
            raise RuntimeError(f"allgather gave no value of each of {self.size} ranks")
        if everything[self.rank] != own:
            raise RuntimeError("allgather gave another value than this rank's at its place")
        return everything

    # MARK: What Python calls

    def values(self, own) -> list:
        """The values of all ranks, of what JSON has. What one raises in `agree` meanwhile, all raise."""
        everyone = self._exchange({"value": own})
        for rank, other in enumerate(everyone):
            if "error" in other:
                kind, text = other["error"]
                kinds = {"ValueError": ValueError, "TypeError": TypeError}
                error = kinds.get(kind, RuntimeError)(f"rank {rank}: {text}")
                error.is_of_another_rank = True
                raise error
        return [other["value"] for other in everyone]

    def _exchange(self, own: dict) -> list[dict]:
        return [json.loads(part) for part in self._all(json.dumps(own).encode())]

    def agree(self, work):
        """What `work` returns, which may ask for `values`. If it raises on any rank, all raise."""
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - others wait
            if not getattr(error, "is_of_another_rank", False):
                # In the place of whatever others ask for next.
                self._exchange({"error": [_kind(error), str(error)]})
            raise
        self.values(None)
        return result

    def rebalanced(self, rows: np.ndarray) -> np.ndarray:
        """The rows of this rank once those of all are cut anew: in parts of whole blocks, about as many each."""
        counts = self.values(len(rows))
        firsts = np.concatenate([[0], np.cumsum(counts)])
        blocks = -(-firsts[-1] // BLOCK_ROWS)
        cuts = [min(blocks * rank // self.size * BLOCK_ROWS, firsts[-1]) for rank in range(self.size)]
        cuts.append(firsts[-1])
        own = firsts[self.rank]
        parts = [
            rows[max(low - own, 0):max(high - own, 0)] for low, high in zip(cuts[:-1], cuts[1:])]
        return np.concatenate(self._exchanged(parts))

    def _exchanged(self, parts: list[np.ndarray]) -> list[np.ndarray]:
        """Part i of every rank to rank i."""
        received = []
        width = parts[0].shape[1]
        for rank, part in enumerate(parts):
            everything = self._all(np.ascontiguousarray(part).tobytes())
            if rank == self.rank:
                received = [np.frombuffer(one, np.float64).reshape(-1, width) for one in everything]
        return received


class MPIRanks(Ranks):
    """The same by the functions of MPI that take memory."""

    #: Numbers in a message: MPI counts in 32 bits, and some count bytes.
    _MOST = 1 << 24

    def _reduce(self, values, count, element_size, operation, combine):
        from mpi4py import MPI

        own = np.ctypeslib.as_array(values, (count * element_size,))
        step = max(self._MOST // element_size, 1) * element_size
        if operation < 2:
            for start in range(0, len(own), step):
                self.comm.Allreduce(MPI.IN_PLACE, own[start:start + step], MPI.MAX if operation else MPI.SUM)
            return
        combining = _Combine(combine)

        def combined(other, own, _type):
            numbers = np.frombuffer(own, np.float64)
            combining(
                _address(np.frombuffer(other, np.float64)), _address(numbers),
                c_int(len(numbers) // element_size), None)

        kind = MPI.DOUBLE.Create_contiguous(element_size).Commit()
        operator = MPI.Op.Create(combined, commute=True)
        try:
            for start in range(0, len(own), step):
                part = own[start:start + step]
                self.comm.Allreduce(MPI.IN_PLACE, [part, len(part) // element_size, kind], operator)
        finally:
            operator.Free()
            kind.Free()

    def _gather(self, own, length, everything, lengths):
        from mpi4py import MPI

        counts = [lengths[rank] for rank in range(self.size)]
        total = sum(counts)
        if total >= 2**31:
            raise OverflowError(f"{total} bytes to gather; MPI takes at most 2147483647")
        places = np.concatenate([[0], np.cumsum(counts)[:-1]]).tolist()
        target = (ctypes.c_char * max(total, 1)).from_address(everything)
        self.comm.Allgatherv(
            [ctypes.string_at(own, length) if length else b"", length, MPI.BYTE], [target, counts, places, MPI.BYTE])

    def _exchanged(self, parts):
        from mpi4py import MPI

        width = parts[0].shape[1]
        row = MPI.DOUBLE.Create_contiguous(width).Commit()
        try:
            sent = np.ascontiguousarray(np.concatenate(parts))
            counts = [len(part) for part in parts]
            own = self.comm.alltoall(counts)
            received = np.empty((sum(own), width))
            places = [np.concatenate([[0], np.cumsum(numbers)[:-1]]).tolist() for numbers in (counts, own)]
            self.comm.Alltoallv([sent, counts, places[0], row], [received, own, places[1], row])
        finally:
            row.Free()
        return [received]


def ranks(comm) -> Ranks | None:
    """Those of a communicator; None of none."""
    if comm is None or isinstance(comm, Ranks):
        return comm
    return MPIRanks(comm) if hasattr(comm, "Allreduce") and hasattr(comm, "Allgatherv") else Ranks(comm)


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _kind(error: BaseException) -> str:
    return next((kind.__name__ for kind in (ValueError, TypeError) if isinstance(error, kind)), "RuntimeError")
