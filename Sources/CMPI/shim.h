#pragma once
// The part of MPI that ShardEM uses, in a form that Swift can import from any MPI.
//
// Swift imports neither casts in macros (MPI_COMM_WORLD, MPI_IN_PLACE, MPI_DOUBLE, MPI_SUM) nor
// can it name handle types that are pointers in Open MPI and ints in MPICH. So each call that
// needs one is a static inline function, and the communicator is a struct. All functions return
// the code of the MPI call they are named after, for the one check in Swift.

#include <mpi.h>
#include <stdint.h>

/// MPI_Comm is a pointer in Open MPI, an int in MPICH: Swift sees one type.
typedef struct {
  MPI_Comm handle;
} shardem_mpi_communicator;

/// MPI_COMM_WORLD is a macro with a cast.
static inline shardem_mpi_communicator shardem_mpi_world(void) {
  return (shardem_mpi_communicator){MPI_COMM_WORLD};
}

/// MPI_SUCCESS may be a macro or an enumerator, of different types in Swift.
static inline int shardem_mpi_success(void) { return MPI_SUCCESS; }

/// The levels of threads are enumerators in Open MPI, macros in MPICH. Other threads compute, but
/// unless `any` is set only this one will call MPI.
static inline int shardem_mpi_init_thread(int any) {
  int provided = MPI_THREAD_SINGLE;
  return MPI_Init_thread(0, 0, any ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED, &provided);
}

/// What MPI bears, whoever started it: 0 no threads at all; 1 calls by the thread that started it;
/// 2 calls by any.
static inline int shardem_mpi_threads(int *threads) {
  int provided = MPI_THREAD_SINGLE;
  int code = MPI_Query_thread(&provided);
  *threads = (provided >= MPI_THREAD_FUNNELED) + (provided >= MPI_THREAD_MULTIPLE);
  return code;
}

/// MPI_ERRORS_RETURN is a macro with a cast. By default MPI ends the job itself, without saying
/// what the program was doing.
static inline int shardem_mpi_errors_return(shardem_mpi_communicator world) {
  return MPI_Comm_set_errhandler(world.handle, MPI_ERRORS_RETURN);
}

static inline int shardem_mpi_rank(shardem_mpi_communicator world, int *rank) {
  return MPI_Comm_rank(world.handle, rank);
}

static inline int shardem_mpi_size(shardem_mpi_communicator world, int *size) {
  return MPI_Comm_size(world.handle, size);
}

/// MPI_IN_PLACE, MPI_DOUBLE and MPI_SUM are macros with casts.
static inline int shardem_mpi_allreduce_sum(
    shardem_mpi_communicator world, double *values, int count) {
  return MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, world.handle);
}

/// Combines `count` elements of `size` numbers each by an operation of the caller's own. An element is
/// a type of its own, lest MPI cut a message within one. The operation's last parameter points to a
/// type that Swift cannot name; a pointer it is in any case.
static inline int shardem_mpi_allreduce(
    shardem_mpi_communicator world, double *values, int count, int size,
    void (*combine)(void *, void *, int *, void *)) {
  MPI_Datatype element;
  MPI_Op operation;
  int code = MPI_Type_contiguous(size, MPI_DOUBLE, &element);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Type_commit(&element);
  if (code == MPI_SUCCESS) code = MPI_Op_create((MPI_User_function *)combine, 1, &operation);
  if (code == MPI_SUCCESS) {
    code = MPI_Allreduce(MPI_IN_PLACE, values, count, element, operation, world.handle);
    MPI_Op_free(&operation);
  }
  MPI_Type_free(&element);
  return code;
}

/// MPI_IN_PLACE, MPI_DOUBLE and MPI_MAX are macros with casts.
static inline int shardem_mpi_allreduce_max(
    shardem_mpi_communicator world, double *values, int count) {
  return MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_MAX, world.handle);
}

/// MPI_INT64_T is a macro with a cast.
static inline int shardem_mpi_allgather_int64(
    shardem_mpi_communicator world, int64_t value, int64_t *values) {
  return MPI_Allgather(&value, 1, MPI_INT64_T, values, 1, MPI_INT64_T, world.handle);
}

/// MPI_BYTE is a macro with a cast.
static inline int shardem_mpi_allgatherv_bytes(
    shardem_mpi_communicator world, const void *bytes, int count, void *all, const int *counts,
    const int *offsets) {
  return MPI_Allgatherv(bytes, count, MPI_BYTE, all, counts, offsets, MPI_BYTE, world.handle);
}

static inline int shardem_mpi_barrier(shardem_mpi_communicator world) {
  return MPI_Barrier(world.handle);
}

static inline int shardem_mpi_abort(shardem_mpi_communicator world, int status) {
  return MPI_Abort(world.handle, status);
}

/// At least as long as any text that MPI writes. A function, since the macros may be expressions.
static inline int shardem_mpi_text_capacity(void) {
  return MPI_MAX_ERROR_STRING + MPI_MAX_LIBRARY_VERSION_STRING;
}
