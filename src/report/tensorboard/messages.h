/* messages.h - inside of tensorboard: protocol buffers (wire.c), the events that TensorBoard reads (messages.c, experiment.c),
 * and the check that its records carry (crc32c.c).
 *
 * Field numbers are those of tensorboard/compat/proto/{event,summary,tensor}.proto and
 * tensorboard/plugins/hparams/{api,plugin_data}.proto, TensorBoard 2.21; they have never changed.
 */
#ifndef VVI_REPORT_TENSORBOARD_MESSAGES_H
#define VVI_REPORT_TENSORBOARD_MESSAGES_H

#include "base/base.h"
#include <varve/tuner.h>

/* ---- fields of a message ---------------------------------------------------------------------------------------- */

void vvi_wire_number(vvi_text *message, unsigned field, uint64_t number); /* int32, int64, bool, enum */
void vvi_wire_double(vvi_text *message, unsigned field, double number);
void vvi_wire_float(vvi_text *message, unsigned field, float number);
/* What is not UTF-8 becomes U+FFFD: with such a text a message could not be read at all. */
void vvi_wire_text(vvi_text *message, unsigned field, const char *text);
void vvi_wire_message(vvi_text *message, unsigned field, vvi_text *part); /* and deinits it; bytes are the same */

/* ---- events ----------------------------------------------------------------------------------------------------- */

/* Each adds one whole Event. `time`: Unix time, in seconds. */
void vvi_event_version(vvi_text *event, double time);         /* the first of a file */
void vvi_event_start(vvi_text *event, double time, int step); /* what a run has from that step on is void */
void vvi_event_scalars(vvi_text *event, double time, const vv_event *epoch);
void vvi_event_session_start(vvi_text *event, double time, const vv_trial *trial);
typedef enum vvi_session_status { VVI_SESSION_OPEN = 0, VVI_SESSION_SUCCESS, VVI_SESSION_FAILURE } vvi_session_status;
void vvi_event_session_end(vvi_text *event, double time, vvi_session_status status);
void vvi_event_experiment(vvi_text *event, double time, vvi_text *experiment); /* and deinits it */

/* ---- the experiment --------------------------------------------------------------------------------------------- */

void vvi_experiment_begin(vvi_text *experiment, double time, const vv_event *begin); /* all but the metrics */
void vvi_experiment_metric(vvi_text *experiment, const char *name);
/* google.protobuf.Value. */
void vvi_wire_value(vvi_text *message, unsigned field, vv_value value);

/* ---- records ---------------------------------------------------------------------------------------------------- */

uint32_t vvi_crc32c(const void *bytes, size_t n);
/* Length, check, the event, check (TFRecord). */
void vvi_record_add(vvi_text *record, const vvi_text *event);

#endif
