#include "CMappings.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The signal handler walks over the list while others change it, and takes no lock: entries are
// never freed, only used again.
struct shardem_mapping {
  _Atomic(uintptr_t) start;  // 0: not in use
  _Atomic(uintptr_t) end;
  atomic_bool lost;
  shardem_mapping *next;
  shardem_mapping *next_unused;
};

static _Atomic(shardem_mapping *) mappings;
static shardem_mapping *unused;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static uintptr_t page;

/// Replaces what is left of a mapping, from the page of `address` on, by zeros.
static bool replace(uintptr_t address) {
  for (shardem_mapping *mapping = atomic_load(&mappings); mapping; mapping = mapping->next) {
    uintptr_t start = atomic_load(&mapping->start), end = atomic_load(&mapping->end);
    if (start == 0 || address < start || address >= end) continue;
    // First the note, then the zeros: a thread that reads zeros finds the note.
    atomic_store(&mapping->lost, true);
    uintptr_t first = address & ~(page - 1);
    uintptr_t last = (end + page - 1) & ~(page - 1);
    return mmap((void *)first, last - first, PROT_READ, MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1,
                0) != MAP_FAILED;
  }
  return false;
}

static void handle(int number, siginfo_t *info, void *context) {
  int error = errno;
  // Sent by the system, not by another process, of which there is no address.
  bool is_fault = info->si_code == BUS_ADRERR || info->si_code == BUS_OBJERR;
  if (is_fault && replace((uintptr_t)info->si_addr)) {
    errno = error;
  } else if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(number, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(number);
  } else {
    // As if this handler had never been: a fault happens again, another signal is sent again.
    sigaction(number, &previous, NULL);
    if (!is_fault) raise(number);
  }
}

/// Also where another library, such as that of MPI, has put its own handler in the place of this one.
static void install(void) {
  struct sigaction current;
  page = (uintptr_t)sysconf(_SC_PAGESIZE);
  if (sigaction(SIGBUS, NULL, &current) != 0) return;
  if ((current.sa_flags & SA_SIGINFO) && current.sa_sigaction == handle) return;
  previous = current;
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  action.sa_sigaction = handle;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, NULL);
}

shardem_mapping *shardem_watch_mapping(const void *start, size_t length) {
  pthread_mutex_lock(&guard);
  install();
  shardem_mapping *mapping = unused;
  if (mapping) {
    unused = mapping->next_unused;
  } else if ((mapping = calloc(1, sizeof *mapping))) {
    mapping->next = atomic_load(&mappings);
    atomic_store(&mappings, mapping);
  }
  if (mapping) {
    atomic_store(&mapping->lost, false);
    atomic_store(&mapping->end, (uintptr_t)start + length);
    atomic_store(&mapping->start, (uintptr_t)start);
  }
  pthread_mutex_unlock(&guard);
  return mapping;
}

bool shardem_mapping_is_lost(const shardem_mapping *mapping) {
  return atomic_load(&mapping->lost);
}

void shardem_forget_mapping(shardem_mapping *mapping) {
  pthread_mutex_lock(&guard);
  atomic_store(&mapping->start, 0);
  mapping->next_unused = unused;
  unused = mapping;
  pthread_mutex_unlock(&guard);
}
